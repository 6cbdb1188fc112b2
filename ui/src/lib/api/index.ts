export type * from './gen/types';
export { asFault, damage, elsewhere, fieldWords, namesField, retryAfter, type Damage } from './faults';
export { call, install, leavePage, listen, onSignedOut, type Transport } from './transport';
export { screen } from './screen';
