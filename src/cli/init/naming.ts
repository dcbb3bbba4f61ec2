/** How the apps of tenants are named, read off the names that are there. */
export interface Naming {
  /** With `{tenant}` for the id. */
  readonly tenantApp: string;
  readonly tenantIdPattern: string;
  /** Ids of the apps that fit, in the order given. */
  readonly tenants: readonly string[];
  /** Apps that are named alike and do not fit: `sp-postgres` beside `sp-999bc6549a64`. */
  readonly lookalikes: readonly string[];
  /** The ids have a form of their own; false when they are any words, and could be anything. */
  readonly certain: boolean;
}

interface Group {
  readonly template: string;
  readonly members: { readonly id: string; readonly app: string }[];
}

/** Ids of these forms are made by machines. Shorter ones could be words. */
const MIN_ID_LENGTH = 6;

/** The naming that explains most apps; null when none explains two, or one whose id was surely made by a machine. */
export function findNaming(apps: readonly string[]): Naming | null {
  const namings = groupsOf(apps).flatMap((group) => namingOf(group) ?? []);
  const best = namings.toSorted(
    (a, b) =>
      Number(b.certain) - Number(a.certain) ||
      b.tenants.length - a.tenants.length ||
      b.tenantApp.length - a.tenantApp.length ||
      (a.tenantApp < b.tenantApp ? -1 : 1),
  )[0];
  return best ?? null;
}

/** Apps that share what stands before, or behind, one of their hyphens; and those that are an id alone. */
function groupsOf(apps: readonly string[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const add = (template: string, id: string, app: string): void => {
    const group = groups.get(template) ?? { template, members: [] };
    group.members.push({ id, app });
    groups.set(template, group);
  };
  for (const app of apps) {
    add('{tenant}', app, app);
    for (let at = app.indexOf('-'); at !== -1; at = app.indexOf('-', at + 1)) {
      if (at > 0) add(`${app.slice(0, at + 1)}{tenant}`, app.slice(at + 1), app);
      if (at < app.length - 1) add(`{tenant}${app.slice(at)}`, app.slice(0, at), app);
    }
  }
  return [...groups.values()];
}

function namingOf({ template, members }: Group): Naming | null {
  const form = formOf(members.map(({ id }) => id));
  if (form === null) return wordsOf({ template, members });
  const fits = new RegExp(form);
  const tenants = members.filter(({ id }) => fits.test(id));
  return {
    tenantApp: template,
    tenantIdPattern: form,
    tenants: tenants.map(({ id }) => id),
    lookalikes:
      template === '{tenant}' ? [] : members.filter(({ id }) => !fits.test(id)).map(({ app }) => app),
    certain: true,
  };
}

/** Names that people chose: three apps with one prefix are a pattern, two may be chance. */
function wordsOf({ template, members }: Group): Naming | null {
  if (template === '{tenant}' || !template.endsWith('{tenant}') || members.length < 3) return null;
  return {
    tenantApp: template,
    tenantIdPattern: '^[a-z0-9][a-z0-9-]*$',
    tenants: members.map(({ id }) => id),
    lookalikes: [],
    certain: false,
  };
}

/** The pattern of ids that a machine made: all hexadecimal, numbers, or letters and digits, of one length. Null for words. */
function formOf(ids: readonly string[]): string | null {
  const forms = [
    { alphabet: '0-9a-f', fits: /^(?=.*[0-9])[0-9a-f]+$/ },
    { alphabet: '0-9a-z', fits: /^(?=.*[0-9])(?=.*[a-z])[0-9a-z]+$/ },
  ];
  for (const { alphabet, fits } of forms) {
    const lengths = new Map<number, number>();
    for (const { length } of ids.filter((id) => id.length >= MIN_ID_LENGTH && fits.test(id)))
      lengths.set(length, (lengths.get(length) ?? 0) + 1);
    const [length, count] = [...lengths].toSorted((a, b) => b[1] - a[1])[0] ?? [0, 0];
    // One alone must be long enough to be no chance.
    if (count >= 2 || (count === 1 && length >= 2 * MIN_ID_LENGTH)) return `^[${alphabet}]{${length}}$`;
  }
  return null;
}
