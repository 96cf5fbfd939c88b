/** Sets that people edit. */
export const CATALOGUE_SETS = ['parameters', 'caKeys', 'applications', 'blacklist', 'contactless'] as const

/** All that a terminal can load; rates have a book of their own. Source: unionpay-pos, 4. */
export const DOWNLOAD_SETS = [...CATALOGUE_SETS, 'rates'] as const

/** What a terminal can be asked to load or to send. */
export const REQUESTABLE = [...DOWNLOAD_SETS, 'software', 'statusUpload'] as const
