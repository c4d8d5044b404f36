import type { Text } from '../model/text.ts';
import { TocsinError } from '../shared/errors.ts';

/** What is wrong with a rule that was left out. */
export class RuleMistake extends TocsinError {
  /** As in `Rule`, `type/rule`. */
  readonly rule: string;
  /** The expression that is wrong. */
  readonly expression: string;
  /** What is wrong, without the name of the rule. */
  readonly said: Text;

  constructor(rule: string, { text, detail }: TocsinError) {
    const { zh, en } = text;
    super('RULE_INVALID', { zh: `规则 ${rule}：${zh}`, en: `rule ${rule}: ${en}` }, { ...detail, rule });
    this.rule = rule;
    this.expression = String(detail.expression);
    this.said = text;
  }
}
