import { render } from 'preact'

const place = document.getElementById('app')
if (place !== null) render(<p>Tillwire</p>, place)
