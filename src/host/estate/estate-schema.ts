import type { OfficeDatabase } from '../office/office-database.ts'

const STEPS = [
  `CREATE TABLE estate_devices (
     serial TEXT PRIMARY KEY, typeId TEXT NOT NULL, state TEXT NOT NULL, tid TEXT, mid TEXT, batch TEXT NOT NULL,
     changedAtMs INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1) STRICT;
   CREATE INDEX estate_devices_state ON estate_devices (state, serial);
   CREATE INDEX estate_devices_tid ON estate_devices (tid);
   CREATE TABLE estate_terminals (
     tid TEXT PRIMARY KEY, mid TEXT NOT NULL, merchantName TEXT NOT NULL, status TEXT NOT NULL,
     keyCheckValue TEXT NOT NULL, serial TEXT, typeId TEXT, softwareVersion TEXT, parameterVersion TEXT,
     lastSeenMs INTEGER, version INTEGER NOT NULL DEFAULT 1) STRICT;
   CREATE INDEX estate_terminals_mid ON estate_terminals (mid, tid);
   CREATE INDEX estate_terminals_status ON estate_terminals (status, tid);
   CREATE INDEX estate_terminals_type ON estate_terminals (typeId, tid);
   CREATE INDEX estate_terminals_seen ON estate_terminals (lastSeenMs, tid);
   CREATE INDEX estate_terminals_name ON estate_terminals (merchantName, tid);
   CREATE INDEX estate_terminals_serial ON estate_terminals (serial);
   CREATE TABLE estate_merchants (mid TEXT PRIMARY KEY, tier TEXT NOT NULL, holder TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1) STRICT;
   CREATE INDEX estate_merchants_holder ON estate_merchants (holder);
   CREATE TABLE estate_orders (
     number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL, tid TEXT NOT NULL,
     newSerial TEXT, technician TEXT NOT NULL, appointmentMs INTEGER, place TEXT NOT NULL,
     createdAtMs INTEGER NOT NULL, changedAtMs INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1) STRICT;
   CREATE INDEX estate_orders_state ON estate_orders (state, number);
   CREATE INDEX estate_orders_tid ON estate_orders (tid, number);
   CREATE TABLE estate_order_notes (
     orderNumber INTEGER NOT NULL, atMs INTEGER NOT NULL, actor TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL) STRICT;
   CREATE INDEX estate_order_notes_order ON estate_order_notes (orderNumber);
   CREATE TABLE estate_codes (
     id INTEGER PRIMARY KEY AUTOINCREMENT, serial TEXT NOT NULL, tid TEXT NOT NULL, tag BLOB NOT NULL,
     state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, createdBy TEXT NOT NULL, createdAtMs INTEGER NOT NULL,
     expiresAtMs INTEGER NOT NULL, requestHash BLOB, reply TEXT) STRICT;
   CREATE INDEX estate_codes_serial ON estate_codes (serial, id);
   CREATE TABLE estate_nonces (nonce BLOB PRIMARY KEY, atMs INTEGER NOT NULL) STRICT;
   CREATE TABLE estate_ceremonies (
     id INTEGER PRIMARY KEY AUTOINCREMENT, tid TEXT NOT NULL, keyBlock TEXT NOT NULL, checkValue TEXT NOT NULL,
     state TEXT NOT NULL, createdBy TEXT NOT NULL, createdAtMs INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1) STRICT;
   CREATE TABLE estate_components (
     ceremonyId INTEGER NOT NULL, position INTEGER NOT NULL, sealed BLOB, checkValue TEXT NOT NULL, custodian TEXT,
     printedAtMs INTEGER, PRIMARY KEY (ceremonyId, position)) STRICT;`,
]

/** Brings the estate's tables up to date. @throws {OfficeError} */
export function migrateEstate(office: OfficeDatabase): void {
  // What a page was printed from must not be found in freed pages of the file.
  office.db.pragma('secure_delete = ON')
  office.migrate('estate', STEPS)
}
