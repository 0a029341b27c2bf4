// InquestCommandTests
