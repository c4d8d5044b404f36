import { startFake } from './server.ts';
import { password, people } from './town.ts';

/** For work on the console: `node test/console/fake/main.ts`, then `npm run dev` (it looks for the API at port 8080). */
const { url } = await startFake(Number(process.argv[2] ?? 8080));
process.stdout.write(`${url}  (${people.map((one) => one.login).join(', ')}; password ${password})\n`);
