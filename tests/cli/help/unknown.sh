# A command that there is not, near to one and near to none.
fails 2 fiat qurey
fails 2 fiat frobnicate
fails 2 fiat schema chek
fails 2 fiat schema
fails 2 fiat help nothing
fiat help schema chek
