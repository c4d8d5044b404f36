import path from 'node:path';
import type { FromNodeRed, LogLevel, StartNodeRed } from './messages.ts';

const nodesDir = path.join(import.meta.dirname, '../nodes');
const levels: Record<number, LogLevel> = { 10: 'fatal', 20: 'error', 30: 'warn', 40: 'info', 50: 'debug', 60: 'trace' };

interface NodeRedLogEntry {
  level: number;
  msg: unknown;
  type?: string;
  id?: string;
  name?: string;
}

/** Settings of the embedded Node-RED: nothing is installed, nothing is called home, flows are read only without the editor. */
export function nodeRedSettings(start: StartNodeRed, tell: (message: FromNodeRed) => void): Record<string, unknown> {
  return {
    userDir: start.userDir,
    flowFile: start.flowFile,
    flowFilePretty: true,
    readOnly: !start.editor,
    nodesDir: [nodesDir],
    httpAdminRoot: start.editor ? '/red' : false,
    httpNodeRoot: '/hooks',
    credentialSecret: start.credentialSecret,
    tocsin: start.tocsin,
    functionExternalModules: false,
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpdate: false, allowUpload: false },
      modules: { allowInstall: false },
    },
    editorTheme: {
      projects: { enabled: false },
      tours: false,
      palette: { categories: ['Tocsin', 'subflows', 'common', 'function', 'network', 'sequence', 'parser', 'storage'] },
    },
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false, ui: false },
    logging: {
      tocsin: {
        level: 'info',
        metrics: false,
        audit: false,
        handler: () => (entry: NodeRedLogEntry) =>
          tell({
            type: 'log',
            level: levelOf(entry),
            message: textOf(entry.msg),
            node: entry.type ? `${entry.type}:${entry.name ?? entry.id}` : null,
          }),
      },
    },
  };
}

/** What Node-RED says about itself at each start is for those who look for it; what nodes say is for everybody. */
function levelOf(entry: NodeRedLogEntry): LogLevel {
  const level = levels[entry.level] ?? 'info';
  return !entry.type && (level === 'info' || level === 'warn') ? 'debug' : level;
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
