import type { FastifyInstance } from 'fastify';

/** Fields of a submitted form. */
type Form = Readonly<Record<string, unknown>>;

/** Longer texts than anybody types into a field are cut off. */
const MAX_FIELD = 2_000;

/** Lets the routes of this scope read forms; of a field that is sent twice the last one counts. */
export function readForms(app: FastifyInstance): void {
  const type = 'application/x-www-form-urlencoded';
  app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}

export function formOf(body: unknown): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {};
}

/** What was typed, without blanks around it; null when that is nothing. */
export function field(form: Form, name: string): string | null {
  const value = Object.hasOwn(form, name) ? form[name] : undefined;
  const text = typeof value === 'string' ? value.trim().slice(0, MAX_FIELD) : '';
  return text === '' ? null : text;
}
