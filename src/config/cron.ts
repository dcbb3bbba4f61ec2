/** One field of a cron expression: its bounds, and the words that stand for numbers in it. */
interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const SECOND: Field = { min: 0, max: 59 };
const DAY: Field = { min: 1, max: 31 };
const MONTH: Field = { min: 1, max: 12, names: ['', ...MONTHS] };
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  DAY,
  MONTH,
  { min: 0, max: 7, names: WEEKDAYS },
];

/** Of each month, in a year that has most. */
const DAYS_IN = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The outer form only, for editors: what the fields may hold is decided by `isCron`. */
export const CRON = /^[\dA-Za-z*/,-]+(?: [\dA-Za-z*/,-]+){4,5}$/;

/**
 * Would a cron expression of five fields, or six with seconds in front, ever start something? Said when the configuration is read, not
 * when the daemon starts: each field holds `*`, numbers, ranges, steps and lists within its bounds, and some month has the day.
 */
export function isCron(text: string): boolean {
  if (!CRON.test(text)) return false;
  const parts = text.split(' ');
  const fields = parts.length === 6 ? [SECOND, ...FIELDS] : FIELDS;
  const [day = '', month = ''] = parts.slice(-3);
  return (
    fields.every((field, index) => (parts[index] ?? '').split(',').every((item) => fits(item, field))) &&
    valuesOf(month, MONTH).some((one) => Math.min(...valuesOf(day, DAY)) <= (DAYS_IN[one - 1] ?? 0))
  );
}

/** The numbers that a field stands for. */
function valuesOf(text: string, field: Field): readonly number[] {
  return text.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [first = field.min, last = first] =
      range === '*' ? [field.min, field.max] : range.split('-').map((end) => numberOf(end, field));
    const count = Math.floor((last - first) / Number(step)) + 1;
    return Array.from({ length: count }, (_, index) => first + index * Number(step));
  });
}

function fits(item: string, field: Field): boolean {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !isStep(step, field))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [first, last = first] = ends;
  // A step needs something to step through.
  if (ends.length > 2 || (step !== undefined && ends.length === 1)) return false;
  return (
    first !== undefined && last !== undefined && first >= field.min && first <= last && last <= field.max
  );
}

function isStep(step: string, { max }: Field): boolean {
  return /^\d{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= max;
}

function numberOf(text: string, { names = [] }: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const index = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return index < 0 ? undefined : index;
}
