/** Strings of a manifest that people read, wherever they stand below what is translated. */
const READ_BY_PEOPLE = new Set([
  ...['title', 'shortTitle', 'category', 'displayName', 'description', 'markdownDescription', 'enumDescriptions'],
  ...['markdownEnumDescriptions', 'contents', 'altText', 'label', 'userDescription', 'contextualTitle'],
]);

/** Texts that stand in the order of the choices they are about. */
const ENUM_TEXTS = new Set(['enumDescriptions', 'markdownEnumDescriptions']);

/** Parts of a manifest that hold such strings. */
const TRANSLATED = ['displayName', 'description', 'contributes', 'capabilities'];

/** What is read by language models, which are told in English. */
const READ_BY_MODELS = 'inputSchema';

/** What an entry of a list is known by, in a key that stays when the list grows. @param {object} entry @returns {string | undefined} */
function idOf(entry) {
  /** @param {string} field @returns {string | undefined} */
  const text = (field) => {
    /** @type {unknown} */
    const value = Reflect.get(entry, field);
    return typeof value === 'string' ? value : undefined;
  };
  // what a view without content says is told apart by when it says that
  const view = text('view');
  if (view !== undefined) return [view, text('when')].filter((part) => part !== undefined).join(':');
  return ['command', 'id', 'viewType', 'name'].map(text).find((id) => id !== undefined);
}

/**
 * Takes the strings that people read out of a manifest, as editors want them: the project keeps them where they are used, the package gets
 * `%key%` in their place and a `package.nls.json`, beside which translations lie.
 * @param {Record<string, unknown>} manifest @returns {{ manifest: Record<string, unknown>, strings: Record<string, string> }}
 */
export function localiseManifest(manifest) {
  /** @type {Record<string, string>} */
  const strings = {};

  /** @param {string} text @param {readonly string[]} path */
  const take = (text, path) => {
    const stem = path.join('.');
    let key = stem;
    for (let count = 2; key in strings && strings[key] !== text; count++) key = `${stem}.${String(count)}`;
    strings[key] = text;
    return `%${key}%`;
  };

  /** @param {unknown} value @param {readonly string[]} path @param {boolean} isRead @returns {unknown} */
  const replace = (value, path, isRead) => {
    if (typeof value === 'string') return isRead ? take(value, path) : value;
    if (Array.isArray(value)) return value.map((each, index) => replace(each, [...path, keyOf(each, index)], isRead));
    if (typeof value !== 'object' || value === null) return value;
    const isView = path.at(-2) === 'views' || path.at(-3) === 'views';
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        if (name === READ_BY_MODELS) return [name, each];
        const isName = READ_BY_PEOPLE.has(name) || (isView && name === 'name');
        const below = [...path, name];
        if (ENUM_TEXTS.has(name) && Array.isArray(each) && 'enum' in value && Array.isArray(value.enum)) {
          /** @type {readonly unknown[]} */
          const choices = value.enum;
          return [
            name,
            each.map((text, index) =>
              replace(text, [...below, typeof choices[index] === 'string' ? choices[index] : String(index)], true),
            ),
          ];
        }
        return [name, replace(each, below, isName && (typeof each === 'string' || Array.isArray(each)))];
      }),
    );
  };

  const replaced = { ...manifest };
  for (const name of TRANSLATED) replaced[name] = replace(manifest[name], [name], READ_BY_PEOPLE.has(name));
  return { manifest: replaced, strings };
}

/** @param {unknown} entry @param {number} index */
function keyOf(entry, index) {
  return (typeof entry === 'object' && entry !== null ? idOf(entry) : undefined) ?? String(index);
}
