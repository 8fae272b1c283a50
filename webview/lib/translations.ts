import * as l10n from '@vscode/l10n';
import { parseTranslations } from '../../src/protocol/translations.js';

// Each bundle has texts of its own to translate, so each imports this before anything else. In English the page has no such element.
const contents = parseTranslations(document.getElementById('translations')?.textContent ?? '');
if (contents !== null) l10n.config({ contents });
