import type { CommissioningStep } from '../../flows/commissioning/step-evidence.ts'

/** The steps as people call them. */
export const STEP_NAMES: { readonly [step in CommissioningStep]: readonly [zh: string, en: string] } = {
  network: ['网络测试', 'network test'],
  keys: ['密钥与签到', 'keys and sign-in'],
  downloads: ['参数下载', 'downloads'],
  devices: ['外设自检', 'self-check of the devices'],
  functions: ['功能测试', 'function test'],
  soak: ['性能测试', 'soak'],
  training: ['培训练习', 'training exercises'],
}
