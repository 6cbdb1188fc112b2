export type * from './gen/types';
export { asFault, fieldWords, namesField, retryAfter } from './faults';
export { call, install, listen, onSignedOut, type Transport } from './transport';
