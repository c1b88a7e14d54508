import type { ComponentChildren } from 'preact';
import { Folded } from './folded.js';
import { Words } from './prose.js';
import { fieldList, type Field, type Schema, type Schemas } from './schema.js';

/** More optional fields than this are folded. */
const SHOWN_OPTIONAL = 8;
/** More values than this are folded. */
const SHOWN_VALUES = 12;

/**
 * `written`: fields of a request, of which the required ones are marked. `read`: fields of an answer, of which those
 * that may be missing are marked.
 */
type Side = 'written' | 'read';
type FieldsProps = {
  readonly schema: Schema;
  readonly schemas: Schemas;
  readonly side?: Side;
  readonly within?: readonly string[];
};

/** A schema's fields; nested ones are folded. */
export function Fields({ schema, schemas, side = 'read', within = [] }: FieldsProps) {
  const fields = fieldList(schema, schemas, within);
  const required = fields.filter((field) => field.required);
  const optional = fields.filter((field) => !field.required);
  const folds = required.length > 0 && optional.length > SHOWN_OPTIONAL;
  const list = (some: readonly Field[]) => (
    <ul class="fields">
      {some.map((field) => (
        <Line key={field.name} side={side} {...field}>
          {field.content && (
            <Folded summary={`Fields of ${field.name}`}>
              <Fields
                schema={field.content.schema}
                schemas={schemas}
                side={side}
                within={[...within, field.content.name ?? '']}
              />
            </Folded>
          )}
        </Line>
      ))}
    </ul>
  );
  if (fields.length === 0) return <p class="soft">Any fields.</p>;
  if (!folds) return list([...required, ...optional]);
  return (
    <div class="stack tight">
      {list(required)}
      <Folded summary={`${optional.length} optional fields`}>{list(optional)}</Folded>
    </div>
  );
}

type LineProps = Omit<Field, 'content'> & { readonly side: Side; readonly children?: ComponentChildren };

/** A field or parameter: name, type and description. */
export function Line({ name, type, required, description, limits, values, side, children }: LineProps) {
  const list = values.map((value) => (
    <>
      <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>{' '}
    </>
  ));
  return (
    <li>
      <div>
        <code class="name">{name}</code>
        {side === 'written' && required && <span class="required">required</span>}
        {side === 'read' && !required && <span class="optional">may be missing</span>}
        <span class="type">{type}</span>
      </div>
      <div>
        {description && (
          <p>
            <Words text={description} />
          </p>
        )}
        {limits.length > 0 && (
          <p class="soft limits">
            <Words text={limits.join(', ')} />
          </p>
        )}
        {values.length > SHOWN_VALUES ? (
          <Folded summary={`${values.length} values of ${name}`}>
            <p class="values">{list}</p>
          </Folded>
        ) : (
          values.length > 0 && <p class="values">{list}</p>
        )}
        {children}
      </div>
    </li>
  );
}
