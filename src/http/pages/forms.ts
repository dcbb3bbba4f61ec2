import type { FastifyInstance } from 'fastify';

/** Fields of a submitted form. A field that is sent twice counts as it was sent first. */
export type Form = Readonly<Record<string, string>>;

/** Longer texts than anybody types into a field are cut off. */
const MAX_FIELD = 2_000;

/** Lets the routes of this scope read forms; the body limit of the server bounds them. */
export function readForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      const form: Record<string, string> = Object.create(null) as Record<string, string>;
      for (const [name, value] of new URLSearchParams(body.toString())) {
        if (!(name in form)) form[name] = value.slice(0, MAX_FIELD);
      }
      done(null, form);
    },
  );
}

export function formOf(body: unknown): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {};
}

/** What was typed, without blanks around it; null when that is nothing. */
export function field(form: Form, name: string): string | null {
  const text = form[name]?.trim() ?? '';
  return text === '' ? null : text;
}
