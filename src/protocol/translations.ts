/** Texts in another language by their English ones, as the editor gives them. */
export type Translations = Readonly<Record<string, string>>;

/** True for a record of strings. */
export function isTranslations(value: unknown): value is Translations {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

/** Translations out of JSON; null when it is none. */
export function parseTranslations(text: string): Translations | null {
  try {
    const value: unknown = JSON.parse(text);
    return isTranslations(value) ? value : null;
  } catch {
    return null;
  }
}
