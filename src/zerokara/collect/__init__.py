"""Pictures from the web, collected politely: pages, robots.txt, budgets, a table of what was kept and what was not.

`zerokara collect` is the way in. Everything that crawls is Scrapy's (an extra: pip install 'zerokara[collect]'); here
stand its manners, its memory, and the checks of what comes back.

    plan       what is to be collected, and the limits: checked before anything is asked for
    addresses  URLs and hosts; which addresses belong to the local network
    listing    a CSV file of addresses instead of pages
    journal    what is known, asked for and kept, in SQLite: the place where an interrupted crawl goes on
    manifest   images.csv
    pages      links, pictures and licences of a page
    contents   what a downloaded file is, by its bytes
    manners    robots.txt, the time between requests, Retry-After
    frontier   which request comes next (Scrapy's scheduler)
    spider     what is done with each response
    crawl      the settings of Scrapy, and the run
"""
