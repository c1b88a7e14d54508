const EPOCH = 2 ** 40;

/** An event's position among all of its source: the epoch counts first, then the sequence. */
export const placeOf = ({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }) =>
  epoch * EPOCH + sequence;
