import { prepareHost } from '../host.js';

const host = await prepareHost();
console.log(`test host: ${host.folder}`);
