/** Fields of a submitted form. */
type Form = Readonly<Record<string, unknown>>;

/** Longer texts than anybody types into a field are cut off. */
const MAX_FIELD = 2_000;

export function formOf(body: unknown): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {};
}

/** What was typed, without blanks around it; null when that is nothing. */
export function field(form: Form, name: string): string | null {
  const value = Object.hasOwn(form, name) ? form[name] : undefined;
  const text = typeof value === 'string' ? value.trim().slice(0, MAX_FIELD) : '';
  return text === '' ? null : text;
}
