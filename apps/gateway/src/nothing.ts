/** A body or a query without fields: whatever comes is one too many. */
export class Nothing {}
