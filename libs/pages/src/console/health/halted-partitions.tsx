import { useQueryClient } from '@tanstack/preact-query';
import type { ProjectionView, RewoundProjection } from '@wbiz/contracts/projection';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Confirm } from '../../parts/confirm.js';
import { useAction } from '../../parts/use-action.js';
import { askOperators } from '../operators-api.js';
import { projectionWords } from './service-words.js';

type Halt = {
  readonly service: string;
  readonly projection: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
};

/** Lists halted partitions: the projection reads them no further until an operator decides. */
export function HaltedPartitions({ projections }: { projections: readonly ProjectionView[] }) {
  const [chosen, setChosen] = useState<Halt | null>(null);
  const halts = projections.flatMap(({ service, projection, partitions }) =>
    partitions.flatMap(({ partition, offset, halted }): Halt[] =>
      halted === null ? [] : [{ service, projection, partition, offset, reason: halted }],
    ),
  );
  if (halts.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="halted">
      <h2 id="halted">Standing still</h2>
      <ul class="cases">
        {halts.map((halt) => (
          <li key={`${halt.service} ${halt.projection} ${halt.partition}`} class="card case">
            <div>
              <strong>{projectionWords(halt)}</strong>{' '}
              <span class="soft">
                partition {halt.partition}, at offset {halt.offset}
              </span>
              <p class="why">{halt.reason}</p>
            </div>
            <button type="button" onClick={() => setChosen(halt)}>
              Read on
            </button>
          </li>
        ))}
      </ul>
      {chosen && <ReadOn halt={chosen} onClose={() => setChosen(null)} />}
    </section>
  );
}

function ReadOn({ halt, onClose }: { halt: Halt; onClose: () => void }) {
  const { service, projection, partition, offset } = halt;
  const queries = useQueryClient();
  const rewind = useAction({
    mutationFn: () =>
      askOperators<RewoundProjection>('POST', `/projections/${service}/${projection}/rewind`, {
        partition,
        offset,
      }),
    onSuccess: () => {
      announce(`${service} reads partition ${partition} again`);
      onClose();
      return queries.invalidateQueries({ queryKey: ['projections'] });
    },
  });
  return (
    <Confirm
      title={`Read partition ${partition} on?`}
      action="Read on"
      request={rewind}
      onConfirm={() => rewind.mutate()}
      onClose={onClose}
    >
      <p>
        {service} reads it again from offset {offset}, where it stands. What was applied is not applied again;
        if what is missing is still missing, it stands still again.
      </p>
    </Confirm>
  );
}
