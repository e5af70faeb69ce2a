fiat init new/project
[ -s new/project/schemas/Example/json_schema.json ]
