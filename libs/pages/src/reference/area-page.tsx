import type { Area, Operation } from './open-api.js';
import { Method } from './badges.js';
import { pathOf } from './place.js';

export const AreaPage = ({ area: { name, description, operations } }: { area: Area }) => (
  <article class="stack">
    <header class="stack tight">
      <h1 tabIndex={-1}>{name}</h1>
      <p class="soft">{description}</p>
    </header>
    <OperationList operations={operations} />
  </article>
);

const OperationList = ({ operations }: { operations: readonly Operation[] }) => (
  <ul class="operations">
    {operations.map((operation) => (
      <li key={operation.id}>
        <a href={pathOf(operation)}>
          <Method method={operation.method} />
          <span class="summary">{operation.summary}</span>
          <code>{operation.path}</code>
        </a>
      </li>
    ))}
  </ul>
);
