import { PROBLEM_CODES, type ProblemCode } from '../../../model/problem.ts';
import { STANDINGS, type Standing } from '../words.ts';

export const ORDERS = ['trouble', 'name', 'oldest', 'slowest'] as const;
export type Order = (typeof ORDERS)[number];

/** What the address of the fleet page asks for. */
export interface FleetQuery {
  /** Lower-cased text that id, hostname, app, a label or the problem's code must contain. */
  readonly search: string;
  readonly standing: Standing | null;
  readonly problem: ProblemCode | null;
  readonly order: Order;
  /** From 1. */
  readonly page: number;
}

const MAX_SEARCH = 100;

/** Whatever does not make sense counts as not asked. */
export function fleetQuery(given: Readonly<Record<string, unknown>>): FleetQuery {
  const text = (name: string): string => {
    const value = given[name];
    return typeof value === 'string' ? value : '';
  };
  const page = Number(text('page'));
  return {
    search: text('q').trim().toLowerCase().slice(0, MAX_SEARCH),
    standing: STANDINGS.find((standing) => standing === text('state')) ?? null,
    problem: PROBLEM_CODES.find((code) => code === text('problem')) ?? null,
    order: ORDERS.find((order) => order === text('sort')) ?? 'trouble',
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** The address of the same question with some of it changed; a change of what is shown begins at its first page. */
export function fleetAddress(query: FleetQuery, changes: Partial<FleetQuery>): string {
  const { search, standing, problem, order, page } = { ...query, page: 1, ...changes };
  const parameters = new URLSearchParams();
  if (search !== '') parameters.set('q', search);
  if (standing !== null) parameters.set('state', standing);
  if (problem !== null) parameters.set('problem', problem);
  if (order !== 'trouble') parameters.set('sort', order);
  if (page > 1) parameters.set('page', String(page));
  const text = parameters.toString();
  return text === '' ? '/' : `/?${text}`;
}
