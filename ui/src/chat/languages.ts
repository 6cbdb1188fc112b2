/** Languages of code as they are called, by what stands at a fence. */
const NAMES: Record<string, string> = {
  '': 'Text',
  bash: 'Shell',
  cpp: 'C++',
  csharp: 'C#',
  css: 'CSS',
  csv: 'CSV',
  html: 'HTML',
  javascript: 'JavaScript',
  js: 'JavaScript',
  json: 'JSON',
  py: 'Python',
  python3: 'Python',
  sh: 'Shell',
  sql: 'SQL',
  toml: 'TOML',
  ts: 'TypeScript',
  typescript: 'TypeScript',
  xml: 'XML',
  yaml: 'YAML',
  yml: 'YAML',
};

/** One that isn't known begins with a capital, as names do. */
export function languageName(language: string): string {
  return NAMES[language.toLowerCase()] ?? language.charAt(0).toUpperCase() + language.slice(1);
}
