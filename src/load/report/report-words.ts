/** Puts an English text of the report into the reader's language; what is nobody's word, such as a name, stays. */
export type Say = (text: string) => string

export const sayEnglish: Say = (text) => text

const WORDS: Readonly<Record<string, string>> = {
  'No findings': '没有发现问题',
  'a host of its own': '自带的主机',
  'offered / s': '到达/秒',
  'answered / s': '应答/秒',
  failed: '失败',
  'p50, ms': 'p50（毫秒）',
  'p99, ms': 'p99（毫秒）',
  'p99.9, ms': 'p99.9（毫秒）',
  'max, ms': '最大（毫秒）',
  Findings: '发现的问题',
  'Offered and answered': '到达与应答',
  'Requests a second. Where the lines part, the host falls behind.': '每秒请求数。两线分开之处，主机跟不上。',
  'Response time': '响应时间',
  'Of each second, from the time a request was to leave to its reply. A gap: nothing was answered.':
    '按秒统计，自请求应发出之时起至收到应答。断开之处：没有任何应答。',
  Percentiles: '百分位',
  'Where response and service time part, requests waited for a free terminal before they left.':
    '响应时间与服务时间分开之处，请求在发出前等待空闲终端。',
  'Arrivals that wait': '等待中的到达',
  'Their time had come, but no terminal was free.': '时间已到，但没有空闲终端。',
  'Times in milliseconds': '时间（毫秒）',
  'response: from the intended time': '响应：自应发出之时',
  'service: from sending': '服务：自发出之时',

  'Service times in milliseconds.': '服务时间，毫秒。',
  Kinds: '交易种类',
  Steps: '阶段',
  'Response times in milliseconds.': '响应时间，毫秒。',
  rate: '速率',
  offered: '到达',
  answered: '应答',
  sent: '发出',
  approved: '批准',
  declined: '拒绝',
  mean: '平均',
  max: '最大',
  count: '次数',
  waiting: '等待',
  generator: '发生器',
  host: '主机',
  verdict: '结论',
  'What became of them': '请求的结果',
  'A decline is an answer and no failure.': '拒绝也是应答，不算失败。',
  'arrivals that were never sent': '始终未能发出的到达',
  'requests given up by a second Ctrl-C': '第二次 Ctrl-C 时放弃的请求',
  'nothing came in time': '超时无应答',
  'what came is no message': '收到的不是报文',
  'what came belongs to no request': '收到的报文不属于任何请求',
  'the connection went': '连接断开',
  'the MAC of the reply is wrong or missing': '应答的 MAC 错误或缺失',
  'the card refused the answer of its issuer': '卡片不接受发卡行的应答',
  'the reply lacks what it must have': '应答缺少必需内容',
  'the settlement totals differ': '结算总额不符',
  'connections refused': '连接被拒绝',
  'connections lost': '连接中断',
  'frames that are no message': '不是报文的帧',
  'messages that belong to no request': '不属于任何请求的报文',
  'replies that came too late': '迟到的应答',
  'replies that came once more': '重复的应答',
  'requests of the host, which a load does not answer': '主机发起的请求（压测不予应答）',
  'Books of the host': '主机账目',
  'The ledger agrees.': '账目相符。',
  'The ledger is wrong.': '账目有误。',
  'requests that must have a row, warm-up included': '必须入账的请求（含预热）',
  'requests that may have one': '可能入账的请求',
  rows: '账目行数',
  'Soak: steady': '长稳：平稳',
  'Soak: not steady': '长稳：不平稳',
  'A slope counts when it is sure (p below 0.01) and large enough to matter.':
    '斜率须确定（p 小于 0.01）且足够大才算数。',
  'memory of the generator': '发生器内存',
  'memory of the host': '主机内存',
  'descriptors of the generator': '发生器描述符',
  'descriptors of the host': '主机描述符',
  'median of the response time': '响应时间中位数',
  'p99 of the response time': '响应时间 p99',
  steady: '平稳',
  RISING: '上升',
  falling: '下降',
  'too few samples': '样本太少',
  'not measured': '未测量',
  'no request was answered': '没有任何请求得到应答',
  'requests a second over time: offered and answered': '每秒请求数随时间变化：到达与应答',
  'response time over time: median, 99th percentile and maximum': '响应时间随时间变化：中位数、p99 与最大值',
  'arrivals that wait for a free terminal over time': '等待空闲终端的到达随时间变化',
  'time by percentile: response time and service time': '各百分位的响应时间与服务时间',
  'memory in megabytes over the soak': '长稳期间的内存（MB）',
}

/** Sentences with figures in them; `$1` and so on are put through the words again. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^Load on (.*)$/, '压测：$1'],
  [/^(\d+) findings?$/, '发现 $1 个问题'],
  [/^response code (.*)$/, '应答码 $1'],
  [/^closed loop, (.*) under way on each connection$/, '闭环，每条连接 $1 个在途'],
  [/^open loop \((.*?)\), (.*)$/, '开环（$1），$2'],
  [/^(.*?), then (.*)$/, '$1，然后$2'],
  [/^(.*) a second for (.*) s$/, '每秒 $1 次共 $2 秒'],
  [/^mix of the target$/, '目标文件的配比'],
  [/^mix (.*)$/, '配比 $1'],
  [/^(\S+) terminals? on (\S+) connections?, (\S+) process(?:es)?$/, '$2 条连接上 $1 台终端，$3 个进程'],
  [/^(\S+) s from (\S+)$/, '自 $2 起 $1 秒'],
  [/^(\d+ times .*?), (\d+ times .*)$/, '$1，$2'],
  [/^(\d+) times (.*)$/, '$1 次$2'],
  [/^(.*) a second$/, '每秒 $1'],
  [
    /^The generator itself let a request leave at most (.*) ms late\.$/,
    '发生器自身最多延迟 $1 毫秒才发出请求。',
  ],
  [/^(.*) requests failed: (.*)$/, '$1 个请求失败：$2'],
  [/^(.*) of (.*) terminals could not sign in \((.*)\)$/, '$2 台终端中有 $1 台未能签到（$3）'],
  [/^(.*) of (.*) terminals could not sign in$/, '$2 台终端中有 $1 台未能签到'],
  [/^(.*) requests were given up while they were under way$/, '放弃了 $1 个在途请求'],
  [/^(.*) arrivals were never sent: .*$/, '$1 个到达始终未能发出：没有终端及时空闲'],
  [/^the books are wrong: (.*)$/, '账目有误：$1'],
  [/^(.*) answered requests have no row in the books$/, '$1 个已应答的请求没有入账'],
  [/^the books have (.*) rows that nobody sent$/, '账目中有 $1 行无人发出'],
  [/^(.*) rises$/, '$1上升'],
  [/^(.*) has too few samples to judge$/, '$1样本太少，无法判断'],
  [/^(\w+): mean (.*), (.*) over the soak \((.*)\)$/, '$1：平均 $2，期间 $3（$4）'],
  [/^(\d+) (connections .*|frames .*|messages .*|replies .*)$/, '$1 次$2'],
]

/** Chinese. */
export const sayChinese: Say = (text) => {
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  if (word !== undefined) return word
  for (const [pattern, chinese] of SENTENCES) {
    const found = pattern.exec(text)
    if (found !== null)
      return chinese.replace(/\$(\d)/g, (_, place: string) => sayChinese(found[Number(place)] ?? ''))
  }
  return text
}
