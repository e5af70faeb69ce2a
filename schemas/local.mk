# Streams that are built in: installed to be read, and embedded into the library.
auditdir = $(pkgdatadir)/schemas/Audit
audit_DATA = %D%/Audit/json_schema.json %D%/Audit/athena.json %D%/Audit/stream.json
EXTRA_DIST += $(audit_DATA)
