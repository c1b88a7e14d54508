const EPOCH = 2 ** 40;

/** Where an event stands among all of its source: a later epoch is later, whatever number it begins with. */
export const placeOf = ({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }) =>
  epoch * EPOCH + sequence;
