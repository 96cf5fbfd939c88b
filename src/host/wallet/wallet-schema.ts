/** Tables of the wallets' file. A step that was released is never changed. */
export const WALLET_STEPS: readonly string[] = [
  `CREATE TABLE wallet_wallets (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     confirmAboveMinor INTEGER NOT NULL,
     lastSerial INTEGER NOT NULL DEFAULT 0,
     createdMs INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE wallet_codes (
     wallet INTEGER NOT NULL,
     serial INTEGER NOT NULL,
     issuedMs INTEGER NOT NULL,
     expiresMs INTEGER NOT NULL,
     orderNumber INTEGER,
     PRIMARY KEY (wallet, serial)
   ) STRICT;
   CREATE TABLE wallet_orders (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     secret TEXT NOT NULL,
     shownBy TEXT NOT NULL,
     tid TEXT NOT NULL,
     mid TEXT NOT NULL,
     batchNumber INTEGER NOT NULL,
     stan INTEGER NOT NULL,
     amountMinor INTEGER NOT NULL,
     currency TEXT NOT NULL,
     state TEXT NOT NULL,
     wallet INTEGER,
     serial INTEGER,
     createdMs INTEGER NOT NULL,
     expiresMs INTEGER NOT NULL,
     UNIQUE (tid, batchNumber, stan)
   ) STRICT;
   CREATE INDEX wallet_orders_of ON wallet_orders (wallet, number)`,
]
