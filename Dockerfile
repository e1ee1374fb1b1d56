# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-deps --index-url https://download.pytorch.org/whl/cpu "$(grep -E '^torch==' requirements.txt)" \
 && /venv/bin/pip install -r requirements.txt \
 && ! /venv/bin/pip freeze | grep -i '^nvidia-' \
 && find /venv -type d \( -name tests -o -name test \) -path '*/site-packages/*' \
      -not -path '*/torch/*' -not -path '*/django/*' -prune -exec rm -rf {} + \
 && rm -rf /venv/lib/python3.11/site-packages/torch/include /venv/lib/python3.11/site-packages/torch/share

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 matchmaker && install -d -o matchmaker -g matchmaker /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py NOTICE ./
COPY matchmaker matchmaker
COPY experts experts
COPY conversations conversations
COPY templates templates
COPY data/experts.csv data/experts.csv
RUN /venv/bin/python -m compileall -q matchmaker experts conversations
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000 \
    OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HOME=/data/models/huggingface
USER matchmaker
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --retries=4 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/readyz\", timeout=4)"]
CMD ["sh", "-c", "python manage.py prepare && exec gunicorn -c python:matchmaker.gunicorn matchmaker.wsgi"]
