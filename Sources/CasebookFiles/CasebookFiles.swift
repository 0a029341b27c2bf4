// CasebookFiles
