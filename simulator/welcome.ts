import { randomInt } from 'node:crypto';
import type { Role } from '../src/model/role.ts';
import type { DeviceIncident } from './incident.ts';
import type { Service } from './service.ts';
import { bold, both, dim, padded, say, styled, table } from './terminal.ts';
import type { Town } from './town.ts';

const roleNames: Record<Role, string> = {
  'duty-officer': '值班员 duty officer',
  'grid-worker': '网格员 grid worker',
  integrator: '集成人员 integrator',
  administrator: '管理员 administrator',
  service: '程序 program',
};

const birds = ['heron', 'egret', 'crane', 'plover', 'swift', 'magpie', 'oriole', 'lark', 'wagtail', 'kingfisher'];
const things = ['bridge', 'lantern', 'ferry', 'willow', 'tower', 'market', 'harbour', 'orchard', 'temple', 'garden'];

/** A password that can be typed from one screen into another; the demonstration is gone when it ends. */
export function madeUpPassword(): string {
  const word = (words: string[]) => words[randomInt(words.length)]!;
  return `${word(birds)}-${word(things)}-${randomInt(1000, 10_000)}`;
}

interface Welcome {
  service: Service;
  town: Town;
  password: string;
  ports: { mqtts: number; ws: number; wss: number };
  incidents: readonly DeviceIncident[];
}

/** Says where the console is, who can sign in, and what is about to happen. */
export function welcome({ service, town, password, ports, incidents }: Welcome): void {
  const areas = new Map(town.areas.map((area) => [area.id, area]));
  const { mqttUrl, url } = service;
  const heading = (text: string) => say(`\n  ${bold(text)}`);

  heading('打开控制台 Open the console');
  say(`  ${styled(['bold', 'cyan', 'underline'], url)}`);
  say(
    `  ${dim(`接口 API ${url}/api/docs   设备 devices ${mqttUrl}, mqtts :${ports.mqtts}, ws :${ports.ws}, wss :${ports.wss}`)}`,
  );

  heading('谁可以登录 Who can sign in');
  say(
    `  ${padded('密码 password', 16)} ${styled(['bold', 'green'], password)}  ${dim('所有人相同 the same for everyone')}\n`,
  );
  const admin = ['admin', roleNames.administrator, '全部 everything', ''];
  sayLogins(town, town.people, incidents, [admin]);

  heading('接下来两分钟 In the next two minutes');
  const told = incidents.filter(({ incident }) => incident.expect.length > 0);
  say(table(told.map(({ incident, device }) => [`· ${both(incident.about)}`, both(areas.get(device.gridId)!.name)])));

  heading('告警 Alarms');
  say(dim('  Ctrl-C 结束 ends it\n'));
}

/**
 * A table of who can sign in: one of each tier, and the workers of the grids where something happens; the others by
 * their log-in names alone.
 * @param first rows before the town's people
 */
export function sayLogins(
  town: Town,
  people: Town['people'],
  incidents: readonly DeviceIncident[],
  first: string[][] = [],
): void {
  const areas = new Map(town.areas.map((area) => [area.id, area]));
  const grids = new Set(incidents.map(({ device }) => device.gridId));
  const shown = people.filter(({ role, areaIds }) => role !== 'grid-worker' || grids.has(areaIds[0]!));
  const rows = shown.map(({ login, name, role, areaIds }) => [
    login,
    roleNames[role],
    both(areas.get(areaIds[0]!)!.name),
    name,
  ]);
  const header = ['登录名 login', '角色 role', '辖区 area', '姓名 name'];
  say(table([header, ...first, ...rows]));
  const others = people.filter((person) => !shown.includes(person)).map(({ login }) => login);
  if (others.length > 0)
    say(
      dim(
        `  另有 ${others.length} 名网格员，登录名即网格编号 and ${others.length} more grid workers, by the id of their grid: ${others.join(' ')}`,
      ),
    );
}
