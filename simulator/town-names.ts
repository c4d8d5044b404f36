/** Names of the simulated town. The town, its streets and its people are invented. */

export const district = { id: 'linjiang', name: { zh: '临江区', en: 'Linjiang District' } };

export const streets = [
  { id: 'wangdu', name: { zh: '望渡街道', en: 'Wangdu Street' } },
  { id: 'liudi', name: { zh: '柳堤街道', en: 'Liudi Street' } },
];

/** Communities with their street, from west to east. */
export const communities = [
  { id: 'dukou', street: 'wangdu', name: { zh: '渡口社区', en: 'Dukou' } },
  { id: 'shiqiao', street: 'wangdu', name: { zh: '石桥社区', en: 'Shiqiao' } },
  { id: 'liuyin', street: 'liudi', name: { zh: '柳荫社区', en: 'Liuyin' } },
];

/** One road for each grid. */
export const roads = [
  '渡口路',
  '听潮路',
  '船坞街',
  '鱼市巷',
  '石桥路',
  '钟楼街',
  '染坊巷',
  '书院路',
  '柳荫路',
  '稻香街',
  '磨坊巷',
  '杏林路',
];

export const people = [
  '江守望 Jiang Shouwang',
  '陈若水 Chen Ruoshui',
  '高岚 Gao Lan',
  '许南星 Xu Nanxing',
  '贺明川 He Mingchuan',
  '温雨桐 Wen Yutong',
  '周渡 Zhou Du',
  '林小满 Lin Xiaoman',
  '方舟 Fang Zhou',
  '唐谷雨 Tang Guyu',
  '陆石 Lu Shi',
  '沈清 Shen Qing',
  '罗桥 Luo Qiao',
  '韩露 Han Lu',
  '柳依 Liu Yi',
  '秦禾 Qin He',
  '白杏 Bai Xing',
  '杜衡 Du Heng',
];
