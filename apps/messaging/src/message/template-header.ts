import type { MediaKind } from '@wbiz/contracts/media/types';
import { entryOf } from '@wbiz/contracts/meta/item';
import { defined, documentName, metaIdFor, type Referenced } from './graph-body.js';
import { fault, textsOf, type Given, type Part } from './template-part.js';

export const headerName = (
  { headerMediaId: mediaId, headerLink: link, headerFilename: filename }: Given,
  facts: Referenced,
) => documentName({ mediaId, link, filename }, facts);

const HEADER_FIELDS = ['headerMediaId', 'headerLink', 'headerFilename', 'headerLocation'] as const;
type HeaderField = (typeof HEADER_FIELDS)[number];

const mediumHeader = (kind: MediaKind, ...more: HeaderField[]) => ({
  takes: ['headerMediaId', 'headerLink', ...more] as readonly HeaderField[],
  parameters: (part: Part) => {
    const { headerMediaId, headerLink: link } = part.given;
    if ((headerMediaId === undefined) === (link === undefined))
      fault(
        part,
        '/headerLink',
        `The template has a header of type ${kind}: give either headerMediaId or headerLink.`,
      );
    const id = metaIdFor(kind, headerMediaId, part.facts, `${part.at}/headerMediaId`);
    const filename = kind === 'document' ? headerName(part.given, part.facts) : undefined;
    return [{ type: kind, [kind]: defined({ id, link, filename }) }];
  },
});

/** Header formats: the request fields each takes, and its parameters for Meta. */
export const HEADERS: Readonly<
  Record<string, { readonly takes: readonly HeaderField[]; readonly parameters: (part: Part) => object[] }>
> = {
  TEXT: { takes: [], parameters: ({ filled, isNamed }) => textsOf(filled.header, isNamed) },
  IMAGE: mediumHeader('image'),
  VIDEO: mediumHeader('video'),
  DOCUMENT: mediumHeader('document', 'headerFilename'),
  LOCATION: {
    takes: ['headerLocation'],
    parameters: (part) => {
      const { headerLocation: location } = part.given;
      if (!location)
        fault(part, '/headerLocation', 'The template has a location header: give headerLocation.');
      return [{ type: 'location', location }];
    },
  },
};

/** The header's component for Meta; none if the header takes no parameters. */
export function headerOf(part: Part): object[] {
  const header = entryOf(HEADERS, part.filled.header?.format);
  for (const field of HEADER_FIELDS)
    if (part.given[field] !== undefined && !header?.takes.includes(field))
      fault(part, `/${field}`, `The template has no header that takes ${field}.`);
  const parameters = header?.parameters(part) ?? [];
  return parameters.length > 0 ? [{ type: 'header', parameters }] : [];
}
