/** What `scenario new` writes: a scenario that passes, to be changed. */
export const SCENARIO_TEMPLATE = `# A scenario: what people do at one terminal, what goes wrong, what must come of it.
# docs/scenarios.md explains every word; "tillwire scenario words" lists them.
scenario: The reply to the second sale is lost
zh: 第二笔消费应答丢失

day:
  - sale: 12.34
    card: chip
    expect: approved 12.34

  - sale: 20.00
    expect:
      outcome: reversed 98 accepted
      screens: [No reply from the host, Reversed]
      messages:
        - 0200 3=000000 4=000000002000
        - 0210 39=00
        - 0400 39=98
        - 0410 39=00
      receipt: none

  - void: sale 1
    expect:
      outcome: approved 12.34
      receipt: [VOID, ORIG TRACE, CNY 12.34]

  - settle

faults: lose reply to sale 2

books:
  transactions:
    - sale 12.34 voided
    - sale 20.00 reversed
    - saleVoid 12.34 approved
  accounts: {chip: 0, stripe: 0}
  merchant: 0
`
