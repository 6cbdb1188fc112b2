/** Words of the core for whoever reads them in the settings already. */
export function here(message: string): string {
  return message.replaceAll(' in Settings → Models', '');
}
