module example.com/sides

go 1.26.0
