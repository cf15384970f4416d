module alta/tools/mailpit

go 1.26.0

require github.com/axllent/mailpit v1.33.1
