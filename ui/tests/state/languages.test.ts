/** What code is called at its head. */
import { expect, it } from 'vitest';
import { languageName } from '../../src/chat/languages';

it.each([
  ['', 'Text'],
  ['python', 'Python'],
  ['py', 'Python'],
  ['JSON', 'JSON'],
  ['c++', 'C++'],
  ['rust', 'Rust'],
])('the fence “%s” is called %s', (fence, name) => {
  expect(languageName(fence)).toBe(name);
});
