// DissectionTests
