/** What a new rule begins with: every key that it must have, in the file's own language. */
export const ownRule = `id: new-rule
name: { zh: , en:  }
advice: { zh: , en:  }
source: { zh: 本项目的默认值, en: default of this project }
severity: yellow
when:
for: 5 min
`;
