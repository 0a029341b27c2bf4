// CasebookStoreTests
