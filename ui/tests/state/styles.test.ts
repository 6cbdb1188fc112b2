import font from '@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff?inline';
import { expect, test } from 'vitest';

const STYLES: Record<string, string> = import.meta.glob(['../../src/chat/*.svelte', '../../src/chat/*.css', '../../src/app.css'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** Selectors by which whatever comes at the end has all of its siblings styled again. */
const FROM_THE_END = /:(?:last-of-type|only-of-type|nth-last-\w+)|(?:^|[\s>+~(,*]):(?:last|only)-child/m;

test('formulas are set in a font that is bundled, and stand apart', () => {
  const [look = '', prose = ''] = ['app.css', 'chat/prose.css'].map((file) => STYLES[`../../src/${file}`]);
  expect(look).toMatch(/@font-face \{[^}]*'STIX Two Math'[^}]*stix-two-math-latin-400-normal\.woff'/);
  // The table that fonts for formulas have, named in the file's directory.
  const directory = atob(font.slice(font.indexOf(',') + 1)).slice(0, 44 + 20 * 32);
  expect(directory.startsWith('wOFF')).toBe(true);
  expect(directory).toContain('MATH');
  expect(/--font-math: ([^;]+);/.exec(look)?.[1]).toBe("'STIX Two Math', math");
  expect(prose).toMatch(/\.prose math \{[^}]*font-family: var\(--font-math\)/);
  expect(prose).toMatch(/\.prose math\[display='block'\] \{[^}]*margin: 8px 0/);
});

test('no selector counts from the end where an answer grows', () => {
  const counting = Object.entries(STYLES).filter(([file, text]) => {
    const style = file.endsWith('.svelte') ? (text.split('<style>')[1] ?? '') : text;
    return FROM_THE_END.test(style.replace(/\/\*[\s\S]*?\*\//g, ''));
  });
  expect(counting.map(([file]) => file)).toEqual([]);
  expect(Object.keys(STYLES).length).toBeGreaterThan(20);
});
