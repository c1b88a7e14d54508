import { useMutation, type UseMutationOptions } from '@tanstack/preact-query';
import { useRef } from 'preact/hooks';

/**
 * A mutation that always runs the latest `mutationFn`: `useMutation` takes new options only after the next paint, so a
 * form filled in and sent at once would send its previous values.
 */
export function useAction<Data = unknown, Variables = void>(
  options: UseMutationOptions<Data, Error, Variables> & {
    readonly mutationFn: NonNullable<UseMutationOptions<Data, Error, Variables>['mutationFn']>;
  },
) {
  const latest = useRef(options.mutationFn);
  latest.current = options.mutationFn;
  return useMutation({ ...options, mutationFn: (...given) => latest.current(...given) });
}
