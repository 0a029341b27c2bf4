// CasebookFilesTests
