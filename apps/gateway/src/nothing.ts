/** A body or query without fields: any field is refused. */
export class Nothing {}
