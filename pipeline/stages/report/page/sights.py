"""What the page needs of each batch, gathered while the other files are written."""

from pipeline.stages.report.page.attention import Attention
from pipeline.stages.report.page.causes import Causes
from pipeline.stages.report.page.traffic import Traffic
from pipeline.stages.report.write import Part


class Sights:
    """An onlooker of the report; what it holds does not grow with the rows."""

    def __init__(self) -> None:
        self.causes = Causes()
        self.attention = Attention()
        self.traffic = Traffic()

    def see(self, part: Part) -> None:
        self.causes.see(part.source, part.issues)
        self.attention.see(part.source, part.rows, part.outcomes, part.issues)
        self.traffic.see(part.outcomes)
