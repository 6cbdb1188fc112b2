import { expect, test } from 'vitest';

const STYLES: Record<string, string> = import.meta.glob(['../../src/chat/*.svelte', '../../src/chat/*.css', '../../src/app.css'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** Selectors by which whatever comes at the end has all of its siblings styled again. */
const FROM_THE_END = /:(?:last-of-type|only-of-type|nth-last-\w+)|(?:^|[\s>+~(,*]):(?:last|only)-child/m;

test('no selector counts from the end where an answer grows', () => {
  const counting = Object.entries(STYLES).filter(([file, text]) => {
    const style = file.endsWith('.svelte') ? (text.split('<style>')[1] ?? '') : text;
    return FROM_THE_END.test(style.replace(/\/\*[\s\S]*?\*\//g, ''));
  });
  expect(counting.map(([file]) => file)).toEqual([]);
  expect(Object.keys(STYLES).length).toBeGreaterThan(25);
});
