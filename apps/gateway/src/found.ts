import { Rejection } from '@wbiz/eventing/rejection';

/** Awaits a query's answer; null becomes `not_found`. */
export async function found<T>(what: string, answer: Promise<T | null>): Promise<T> {
  const there = await answer;
  if (there === null) throw new Rejection('not_found', `There is no ${what}.`);
  return there;
}
