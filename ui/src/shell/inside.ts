/** What lies behind the first screen. It comes after that has been painted. */
export { default as Dialog } from '../lib/ui/Dialog.svelte';
export { default as LinkDialog } from '../lib/ui/LinkDialog.svelte';
export { default as QuestionDialog } from '../lib/ui/QuestionDialog.svelte';
export { default as Questions } from '../profile/Questions.svelte';
export { default as Shell } from './Shell.svelte';
